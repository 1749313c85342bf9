namespace Backprop.Graphs;

/// <summary>The sentences of explanations in one language: another one is another of these.</summary>
sealed record ExplanationWords
{
    /// <summary>Nothing leads from the result to the input.</summary>
    public required Func<string, string, string> Independent { get; init; }

    /// <summary>One path leads from the result back to the input.</summary>
    public required Func<string, string, string> OnePath { get; init; }

    /// <summary>So many paths lead there.</summary>
    public required Func<string, string, string, string> ManyPaths { get; init; }

    /// <summary>Of these the largest are told.</summary>
    public required Func<int, string> Largest { get; init; }

    /// <summary>Backpropagation needs no list of paths.</summary>
    public required string OnceEach { get; init; }

    /// <summary>The input is the result.</summary>
    public required string Itself { get; init; }

    public required string Steps { get; init; }

    public required Func<string, string> DependsOn { get; init; }

    public required string Input { get; init; }

    public required string Value { get; init; }

    public required string Derivative { get; init; }

    public required string Elasticity { get; init; }

    /// <summary>What the elasticity of the first input means.</summary>
    public required Func<string, string, string, string> Meaning { get; init; }

    public static ExplanationWords Of(Language language) => language switch
    {
        Language.English => english,
        Language.Korean => korean,
        _ => throw new ArgumentOutOfRangeException(nameof(language), language, "Explain: the languages are English and Korean."),
    };

    static readonly ExplanationWords english = new()
    {
        Independent = (y, x) => $"{y} does not depend on {x}: no path leads from the one to the other.",
        OnePath = (y, x) => $"One path leads from {y} back to {x}; the local derivatives along it are multiplied:",
        ManyPaths = (y, x, count) => $"{count} paths lead from {y} back to {x}; the local derivatives along each are multiplied, and the products add up:",
        Largest = count => $"the {count} largest",
        OnceEach = "Backpropagation goes through each call once and adds up where paths meet; it never lists them.",
        Itself = "A number changes with itself one to one.",
        Steps = "Forward:",
        DependsOn = y => $"What {y} depends on most:",
        Input = "input",
        Value = "value",
        Derivative = "derivative",
        Elasticity = "elasticity",
        Meaning = (y, x, percent) => $"If {x} grows by 1 %, {y} changes by about {percent} %.",
    };

    static readonly ExplanationWords korean = new()
    {
        Independent = (y, x) => $"{y}의 값은 {x}에 따라 달라지지 않습니다. 둘을 잇는 경로가 없습니다.",
        OnePath = (y, x) => $"{y}에서 {x}까지 거슬러 올라가는 경로는 하나입니다. 경로를 따라 국소적 미분을 곱합니다.",
        ManyPaths = (y, x, count) => $"{y}에서 {x}까지 거슬러 올라가는 경로는 {count}개입니다. 경로마다 국소적 미분을 곱하고, 그 곱을 모두 더합니다.",
        Largest = count => $"기여가 큰 {count}개만 표시",
        OnceEach = "역전파는 각 연산을 한 번씩만 거치며 경로가 만나는 곳에서 값을 더할 뿐, 경로를 일일이 나열하지 않습니다.",
        Itself = "자기 자신에 대한 미분은 1입니다.",
        Steps = "순전파:",
        DependsOn = y => $"{y}에 영향을 많이 주는 순서:",
        Input = "입력",
        Value = "값",
        Derivative = "미분",
        Elasticity = "탄력성",
        Meaning = (y, x, percent) => $"{x}의 값이 1% 커지면 {y}의 값은 약 {percent}% 변합니다.",
    };
}
