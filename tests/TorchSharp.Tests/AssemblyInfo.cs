// The count of live tensors and the random seed are the process's: tests that read them run one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
