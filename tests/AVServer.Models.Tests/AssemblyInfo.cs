// The random seed is the process's: tests that set it run one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
