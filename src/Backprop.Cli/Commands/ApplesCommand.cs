using System.CommandLine;
using Backprop.Layers;

namespace Backprop.Cli.Commands;

/// <summary>
/// The tutorial's two examples, driven by hand: 2 apples at 100 with a tax of 1.1, then with 3 oranges at 150. Whole numbers stay whole
/// where only whole numbers meet; the rest follows from that.
/// </summary>
static class ApplesCommand
{
    public static Command Create(TextWriter output)
    {
        var command = new Command("apples", "The price of apples and oranges, and its derivatives, layer by layer.");
        command.SetAction(_ =>
        {
            output.NewLine = "\n";
            Apples(output);
            Oranges(output);
        });
        return command;
    }

    static void Apples(TextWriter output)
    {
        Tensor apple = 100, appleCount = 2, tax = 1.1;
        MulLayer mulApple = new(), mulTax = new();

        var applePrice = mulApple.Forward(apple, appleCount);
        var price = mulTax.Forward(applePrice, tax);
        output.WriteLine($"최종 사과의 가격 : {(long)price}");

        var (dApplePrice, dTax) = mulTax.Backward(1);
        var (dApple, dAppleCount) = mulApple.Backward(dApplePrice);
        output.WriteLine($"사과 전체 가격에 대한 미분값 d돈통/d사과전체가격 : {dApplePrice}");
        output.WriteLine($"사과 1개 가격에 대한 미분값 d돈통/d사과1개가격 : {dApple}");
        output.WriteLine($"사과 개수에 대한 미분값 d돈통/d사과개수 : {dAppleCount}");
        output.WriteLine($"소비세에 대한 미분값 d돈통/d소비세 : {dTax}");
    }

    static void Oranges(TextWriter output)
    {
        Tensor apple = 100, appleCount = 2, orange = 150, orangeCount = 3, tax = 1.1;
        MulLayer mulApple = new(), mulOrange = new(), mulTax = new();
        var addPrices = new AddLayer();

        var applePrice = mulApple.Forward(apple, appleCount);
        var orangePrice = mulOrange.Forward(orange, orangeCount);
        var prices = addPrices.Forward(applePrice, orangePrice);
        var price = mulTax.Forward(prices, tax);
        output.WriteLine($"전체 가격 : {price}");

        var (dPrices, dTax) = mulTax.Backward(1);
        var (dApplePrice, dOrangePrice) = addPrices.Backward(dPrices);
        var (dOrange, dOrangeCount) = mulOrange.Backward(dOrangePrice);
        var (dApple, dAppleCount) = mulApple.Backward(dApplePrice);
        output.WriteLine($"사과 2개, 오렌지 3개의 가격 (소비세 적용) : {price}");
        output.WriteLine($"사과 전체 가격 미분 : {dApplePrice}");
        output.WriteLine($"사과 개수 미분 : {dAppleCount}");
        output.WriteLine($"사과 가격 미분 : {dApple}");
        output.WriteLine($"오렌지 전체 가격 미분 : {dOrangePrice}");
        output.WriteLine($"오렌지 개수 미분 : {dOrangeCount}");
        output.WriteLine($"오렌지 가격 미분 : {dOrange}");
        output.WriteLine($"소비세 미분 : {dTax}");
    }
}
