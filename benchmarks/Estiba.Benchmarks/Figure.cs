namespace Estiba.Benchmarks;

/// <summary>Prints figures, one a line: the benchmark, what was measured, the value, its unit.</summary>
internal static class Figure
{
    internal static void Print(string benchmark, string what, double value, string unit) =>
        Console.WriteLine(
            $"{benchmark}\t{what}\t{(value >= 100 ? value.ToString("N0") : value.ToString("0.###"))}\t{unit}"
        );
}
