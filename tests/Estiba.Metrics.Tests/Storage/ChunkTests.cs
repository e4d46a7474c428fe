using Estiba.Metrics.Series;
using Estiba.Metrics.Storage;

namespace Estiba.Metrics.Tests.Storage;

public sealed class ChunkTests
{
    private const long Window = 1_772_323_200;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_written_is_read(int seed)
    {
        var random = new Random(seed);
        var points = new List<TimedSummary>();
        for (var time = Window; points.Count < random.Next(1, 400); time += 60 * random.Next(1, 3))
            points.Add(new TimedSummary { Time = time, Summary = AnySummary(random) });

        foreach (var withValues in new[] { false, true })
        {
            var read = Chunk.Read(Written(points), Window, 60, withValues);
            read.Length.ShouldBe(points.Count);
            for (var i = 0; i < read.Length; i++)
            {
                read[i].Time.ShouldBe(points[i].Time);
                var (found, put) = (read[i].Summary, points[i].Summary);
                (found.Count, found.Sum, found.Minimum, found.Maximum).ShouldBe(
                    (put.Count, put.Sum, put.Minimum, put.Maximum)
                );
                if (!withValues)
                    continue;
                found.HasValues.ShouldBe(put.HasValues);
                (found.Values?.Values.ToArray() ?? []).ShouldBe(put.Values?.Values.ToArray() ?? [], 1e-9);
                (found.Values?.Counts.ToArray() ?? []).ShouldBe(put.Values?.Counts.ToArray() ?? []);
            }
        }
    }

    [Theory]
    [InlineData("the same", 40)]
    [InlineData("counting up", 70)]
    [InlineData("counts", 2400)]
    [InlineData("two digits", 3000)]
    [InlineData("any", 11_600)]
    public void A_day_of_minutes_takes_so_many_bytes_at_most(string kind, int bytes)
    {
        var random = new Random(1);
        var level = 50.0;
        var points = Enumerable
            .Range(0, 1440)
            .Select(i => new TimedSummary
            {
                Time = Window + 60 * i,
                Summary = Summary.Of(
                    kind switch
                    {
                        "the same" => 7,
                        "counting up" => 3 * i,
                        "counts" => random.Next(1000),
                        "two digits" => level = Math.Round(level + random.NextDouble() * 4 - 2, 2),
                        _ => random.NextDouble() * 100,
                    }
                ),
            })
            .ToList();

        Written(points).Length.ShouldBeLessThan(bytes);
    }

    [Fact]
    public void What_is_cut_off_is_damaged()
    {
        var random = new Random(3);
        var points = Enumerable
            .Range(0, 50)
            .Select(i => new TimedSummary { Time = Window + 60 * i, Summary = AnySummary(random) })
            .ToList();
        var bytes = Written(points);

        for (var length = 0; length < bytes.Length - 1; length++)
            Should.Throw<InvalidDataException>(() => Chunk.Read(bytes.AsSpan(0, length), Window, 60, true));
    }

    private static byte[] Written(List<TimedSummary> points)
    {
        var target = new BitWriter();
        Chunk.Write(target, points.ToArray(), Window, 60);
        return target.Bytes.ToArray();
    }

    private static Summary AnySummary(Random random)
    {
        var sum = Summary.Of(AnyValue(random), random.Next(3) == 0 ? random.Next(1, 5) : 1);
        if (random.Next(4) == 0)
            return new Summary
            {
                Count = random.Next(1, 100),
                Sum = AnyValue(random),
                Minimum = -1,
                Maximum = Math.Abs(AnyValue(random)),
            };
        for (var more = random.Next(3) == 0 ? random.Next(80) : 0; more > 0; more--)
            sum.Add(Summary.Of(AnyValue(random)));
        return sum;
    }

    private static double AnyValue(Random random) =>
        random.Next(6) switch
        {
            0 => 0,
            1 => random.Next(1000),
            2 => Math.Round(random.NextDouble() * 100, 2),
            3 => random.NextDouble() * Math.Pow(10, random.Next(-100, 100)),
            4 => -random.NextDouble(),
            _ => random.NextDouble() * 100,
        };
}
