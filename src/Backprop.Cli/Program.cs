using System.Text;
using Backprop.Cli;

// Korean, shades and half blocks have no place in other encodings.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
return App.Run(args, Console.Out, Console.Error);
