// Decoder processes are counted by one test: tests run one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
