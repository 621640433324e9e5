// libtorch has one random generator for the whole process: a test that seeds it would meet another's draws.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
