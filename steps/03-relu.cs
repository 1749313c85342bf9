#!/usr/bin/env dotnet
#:project ../src/Backprop/Backprop.csproj

// Step 3. ReLU is a switch: where x is above 0 the signal passes, elsewhere it does not. Forward remembers where (the mask), and
// backward lets the derivative pass in the same places.
using Backprop;
using Backprop.Layers;

Tensor x = new[,] { { 1.0, -0.5 }, { -2.0, 3.0 } };
Tensor dout = new[,] { { -0.1, 3.0 }, { 1.3, -1.1 } };

var relu = new ReLU();
Console.WriteLine($"x\n{x}");
Console.WriteLine($"forward\n{relu.Forward(x)}");
Console.WriteLine($"mask: where nothing passes\n{relu.Mask}");
Console.WriteLine($"backward\n{relu.Backward(dout)}");
Console.WriteLine($"dout is as it was\n{dout}");
