#!/usr/bin/env dotnet
#:project ../src/Backprop/Backprop.csproj

// Step 1. The price of two apples, and how it depends on everything it is made of.
//
//   apple (100) ──┐
//                 × ── applePrice ──┐
//   count (2) ────┘                 × ── price
//   tax (1.1) ──────────────────────┘
//
// Forward runs from left to right. Backward runs from right to left, in exactly the reverse order: each layer takes the derivative
// that flows in from the right and gives one for each of its inputs.
using Backprop;
using Backprop.Layers;

Tensor apple = 100, count = 2, tax = 1.1;

var mulApple = new MulLayer();
var mulTax = new MulLayer();

var applePrice = mulApple.Forward(apple, count);
var price = mulTax.Forward(applePrice, tax);
Console.WriteLine($"최종 사과의 가격 : {(long)price}");

var (dApplePrice, dTax) = mulTax.Backward(1);
var (dApple, dCount) = mulApple.Backward(dApplePrice);
Console.WriteLine($"사과 전체 가격에 대한 미분값 d돈통/d사과전체가격 : {dApplePrice}");
Console.WriteLine($"사과 1개 가격에 대한 미분값 d돈통/d사과1개가격 : {dApple}");
Console.WriteLine($"사과 개수에 대한 미분값 d돈통/d사과개수 : {dCount}");
Console.WriteLine($"소비세에 대한 미분값 d돈통/d소비세 : {dTax}");
