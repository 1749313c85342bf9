using System.CommandLine;

var root = new RootCommand("Trains, tests and shows small networks.");
return root.Parse(args).Invoke();
