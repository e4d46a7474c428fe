using System.Diagnostics;
using System.Globalization;

namespace Estiba.Simulation;

/// <summary>
/// <c>./bench simulate --seeds N [--from S]</c> plays many histories; <c>--seed S [--verbose]</c> plays one and shows
/// it.
/// </summary>
internal static class SimulateCommand
{
    private const string Usage = "Usage: ./bench simulate --seeds N [--from S] | --seed S [--verbose]";

    internal static async Task<int> RunAsync(string[] options)
    {
        switch (options)
        {
            case ["--seeds", var count]:
                return await PlayManyAsync(0, Number(count));
            case ["--seeds", var count, "--from", var from]:
                return await PlayManyAsync(Number(from), Number(count));
            case ["--seed", var seed]:
                return await PlayOneAsync(Number(seed), null);
            case ["--seed", var seed, "--verbose"]:
                return await PlayOneAsync(Number(seed), Console.Out);
            default:
                await Console.Error.WriteLineAsync(Usage);
                return 2;
        }
    }

    private static async Task<int> PlayManyAsync(int from, int count)
    {
        var watch = Stopwatch.StartNew();
        var failures = await Seeds.PlayAsync(Enumerable.Range(from, count), (seed, violation) =>
            Console.WriteLine($"Seed {seed}: {violation}")
        );
        Console.WriteLine(
            FormattableString.Invariant(
                $"{count} histories from seed {from} in {watch.Elapsed.TotalSeconds:0.0} s, {failures.Count} failed"
            )
        );
        foreach (var seed in failures.Take(3))
            Console.WriteLine($"./bench simulate --seed {seed} --verbose");
        return failures.Count == 0 ? 0 : 1;
    }

    private static async Task<int> PlayOneAsync(int seed, TextWriter? output)
    {
        var violation = await new Scenario(seed, output).PlayAsync();
        Console.WriteLine($"Seed {seed}: {violation ?? "everything held"}");
        return violation is null ? 0 : 1;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
