#!/usr/bin/env dotnet
#:project ../src/Backprop/Backprop.csproj

// Step 4. The sigmoid 1 / (1 + e⁻ˣ) needs only its own output to go backward: dx = dout · y · (1 − y). That is why the layer
// remembers the output and nothing else.
using Backprop;
using Backprop.Layers;

Tensor x = new[] { -2.0, 0.0, 2.0 };

var sigmoid = new Sigmoid();
Console.WriteLine($"x        {x}");
Console.WriteLine($"forward  {sigmoid.Forward(x)}");
Console.WriteLine($"output   {sigmoid.Output}");
Console.WriteLine($"backward {sigmoid.Backward(new[] { 1.0, 1.0, 1.0 })}");

// Without Forward there is nothing to go back from, and the layer says so.
try { new Sigmoid().Backward(1.0); }
catch (GradientException e) { Console.WriteLine(e.Message); }
