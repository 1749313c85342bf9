#!/usr/bin/env dotnet
#:project ../src/Backprop/Backprop.csproj

// Step 2. Apples and oranges: two products meet in a sum. A sum passes the derivative on to both sides unchanged.
using Backprop;
using Backprop.Layers;

Tensor apple = 100, appleCount = 2, orange = 150, orangeCount = 3, tax = 1.1;

MulLayer mulApple = new(), mulOrange = new(), mulTax = new();
var addPrices = new AddLayer();

var applePrice = mulApple.Forward(apple, appleCount);
var orangePrice = mulOrange.Forward(orange, orangeCount);
var prices = addPrices.Forward(applePrice, orangePrice);
var price = mulTax.Forward(prices, tax);
Console.WriteLine($"전체 가격 : {price}");

var (dPrices, dTax) = mulTax.Backward(1);
var (dApplePrice, dOrangePrice) = addPrices.Backward(dPrices);
var (dOrange, dOrangeCount) = mulOrange.Backward(dOrangePrice);
var (dApple, dAppleCount) = mulApple.Backward(dApplePrice);
Console.WriteLine($"사과 2개, 오렌지 3개의 가격 (소비세 적용) : {price}");
Console.WriteLine($"사과 전체 가격 미분 : {dApplePrice}");
Console.WriteLine($"사과 개수 미분 : {dAppleCount}");
Console.WriteLine($"사과 가격 미분 : {dApple}");
Console.WriteLine($"오렌지 전체 가격 미분 : {dOrangePrice}");
Console.WriteLine($"오렌지 개수 미분 : {dOrangeCount}");
Console.WriteLine($"오렌지 가격 미분 : {dOrange}");
Console.WriteLine($"소비세 미분 : {dTax}");
