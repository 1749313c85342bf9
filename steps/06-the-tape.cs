#!/usr/bin/env dotnet
#:project ../src/Backprop/Backprop.csproj

// Step 6. Driving every layer by hand shows how it works; the tape does it for you. It remembers the calls in the order in which they
// happen and walks them backward in the reverse order, so the order cannot be got wrong.
using Backprop;
using Backprop.Autograd;

Tensor apple = 100.0, appleCount = 2.0, orange = 150.0, orangeCount = 3.0, tax = 1.1;
Tape.Watch(apple, appleCount, orange, orangeCount, tax);

var price = (apple * appleCount + orange * orangeCount) * tax;
price.Backward();

Console.WriteLine($"price              {price}");
Console.WriteLine($"∂price/∂apple      {apple.Grad}");
Console.WriteLine($"∂price/∂apples     {appleCount.Grad}");
Console.WriteLine($"∂price/∂orange     {orange.Grad}");
Console.WriteLine($"∂price/∂oranges    {orangeCount.Grad}");
Console.WriteLine($"∂price/∂tax        {tax.Grad}");

// Derivatives are tensors like any other, so they have derivatives: the price of apples grows by 1.1 for each apple more.
Console.WriteLine($"∂²price/∂apple∂n   {Gradient.Of(n => Gradient.Of(a => a * n * 1.1)(100.0))(2.0)}");
