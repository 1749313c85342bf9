using Backprop;

Tensor x = 3f;
x.RequiresGrad = true;
(x * x).Backward();
Console.WriteLine(x.Grad!.Item());
