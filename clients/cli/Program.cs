using System.CommandLine;
using AVServer.Cli;

var root = new RootCommand("Sends media to an AVServer, listens to what it hears, and scores files with a server or without one.");
root.Subcommands.Add(ScoreFilesCommand.Create());
root.Subcommands.Add(StreamCommand.Create());
root.Subcommands.Add(ListenCommand.Create());
root.Subcommands.Add(WordsCommand.Create());
root.Subcommands.Add(SourcesCommand.Create());
root.Subcommands.Add(JobsCommand.Create());
root.Subcommands.Add(KeysCommand.Create());
root.Subcommands.Add(BackupCommand.Create());
root.Subcommands.Add(BackupCommand.CreateRestore());
root.Subcommands.Add(StatusCommand.Create());
root.Subcommands.Add(DoctorCommand.Create());
return await root.Parse(args).InvokeAsync();
