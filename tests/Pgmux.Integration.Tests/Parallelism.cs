// Most of a test's time is waiting: for processes that start, for limits that pass, for the other side of a socket. Fixtures run side by
// side, each with clusters and processes of its own (PostgresClusters); the tests of one fixture follow each other and may share a process.
// What measures memory or uses up what the machine has is marked NonParallelizable and runs alone. Four workers left two processors idle for
// half of the time.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(6)]
