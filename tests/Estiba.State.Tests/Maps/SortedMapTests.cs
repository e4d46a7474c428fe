using Estiba.State.Maps;

namespace Estiba.State.Tests.Maps;

public sealed class SortedMapTests
{
    [Theory]
    [InlineData(1, 40, 3_000)]
    [InlineData(2, 2_000, 12_000)]
    [InlineData(3, 100_000, 12_000)]
    public void A_map_does_what_a_sorted_dictionary_does(int seed, int keys, int steps)
    {
        var random = new Random(seed);
        var expected = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var map = default(SortedMap<TextKey, Sample>);
        var owner = new Owner();
        for (var step = 0; step < steps; step++)
        {
            // Phases of growing and of shrinking, so that nodes split and join.
            var key = $"key/{random.Next(keys)}";
            if (random.Next(10) < (step / 1_000 % 2 == 0 ? 8 : 2))
            {
                map = map.Set(new Sample(key, step), owner);
                expected[key] = step;
            }
            else
            {
                map = map.Remove(new TextKey(key), owner);
                expected.Remove(key);
            }

            if (random.Next(20) == 0)
                owner = new Owner();
            map.Count.ShouldBe(expected.Count);
            if (step % 500 == 0)
                ShouldBeSame(map, expected, random, keys);
        }

        ShouldBeSame(map, expected, random, keys);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Keys_of_any_characters_are_ordered_by_their_code_units(int seed)
    {
        var random = new Random(seed);
        string[] parts =
        [
            "",
            "\0",
            "\0\0",
            "a",
            "aaaa",
            "\uffff",
            "\ufffe",
            "\uffff\uffff",
            "account/region/",
            "é",
            "b",
        ];
        var expected = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var map = default(SortedMap<TextKey, Sample>);
        for (var i = 0; i < 6_000; i++)
        {
            var key = string.Concat(
                Enumerable.Range(0, random.Next(1, 7)).Select(_ => parts[random.Next(parts.Length)])
            );
            if (random.Next(4) == 0)
            {
                map = map.Remove(new TextKey(key), new Owner());
                expected.Remove(key);
            }
            else
            {
                map = map.Set(new Sample(key, i), new Owner());
                expected[key] = i;
            }

            if (i % 500 == 0)
                map.Verify();
        }

        map.Verify();
        Content(map).ShouldBe(expected.Select(pair => (pair.Key, pair.Value)));
        foreach (var key in expected.Keys)
            map.TryFind(new TextKey(key), out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void An_index_is_ordered_by_its_key_and_then_by_the_primary_key(int seed)
    {
        var random = new Random(seed);
        string[] parts = ["", "\0", "a", "aa", "aaaa", "aaaaaaaa", "\uffff", "\ufffe", "b", "service/"];
        string Text() =>
            string.Concat(Enumerable.Range(0, random.Next(0, 4)).Select(_ => parts[random.Next(parts.Length)]));
        var expected = new SortedSet<(string Index, string Primary)>(
            Comparer<(string Index, string Primary)>.Create(
                (left, right) =>
                    string.CompareOrdinal(left.Index, right.Index) is var order and not 0
                        ? order
                        : string.CompareOrdinal(left.Primary, right.Primary)
            )
        );
        var map = default(SortedMap<IndexKey, IndexKey>);
        for (var i = 0; i < 6_000; i++)
        {
            var (index, primary) = (Text(), Text());
            var remove = random.Next(4) == 0;
            map = remove
                ? map.Remove(new IndexKey(index, primary), new Owner())
                : map.Set(new IndexKey(index, primary), new Owner());
            if (remove)
                expected.Remove((index, primary));
            else
                expected.Add((index, primary));
            if (i % 500 == 0)
                map.Verify();
        }

        map.Verify();
        var walked = new List<(string, string?)>();
        var cursor = map.From(new IndexKey("", ""));
        while (cursor.MoveNext())
            walked.Add((cursor.Current.Index, cursor.Current.Primary));
        walked.ShouldBe(expected.Select(pair => (pair.Index, (string?)pair.Primary)));
        foreach (var group in expected.GroupBy(pair => pair.Index, StringComparer.Ordinal))
        {
            var count = map.CountBelow(new IndexKey(group.Key, null)) - map.CountBelow(new IndexKey(group.Key, ""));
            count.ShouldBe(group.Count());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Keys_that_arrive_in_order_are_all_there(bool ascending)
    {
        var map = default(SortedMap<TextKey, Sample>);
        var owner = new Owner();
        for (var i = 0; i < 5_000; i++)
        {
            map = map.Set(new Sample($"{(ascending ? i : 9_999 - i):D4}", i), owner);
            if (i % 100 == 0)
                map.Verify();
        }

        map.Verify();
        Keys(map, "").Count.ShouldBe(5_000);
        Keys(map, "").ShouldBe(Keys(map, "").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_map_that_is_emptied_from_either_end_stays_in_form()
    {
        var owner = new Owner();
        foreach (var fromEnd in new[] { true, false })
        {
            var map = default(SortedMap<TextKey, Sample>);
            for (var i = 0; i < 4_000; i++)
                map = map.Set(new Sample($"{i:D4}", i), owner);
            for (var i = 0; i < 4_000; i++)
            {
                map = map.Remove(new TextKey($"{(fromEnd ? 3_999 - i : i):D4}"), owner);
                map.Verify();
                map.Count.ShouldBe(3_999 - i);
            }
        }
    }

    [Fact]
    public void A_snapshot_stays_as_it_was()
    {
        var random = new Random(7);
        var map = default(SortedMap<TextKey, Sample>);
        var snapshots = new List<(SortedMap<TextKey, Sample> Map, List<(string, int)> Content)>();
        for (var round = 0; round < 60; round++)
        {
            var owner = new Owner();
            for (var i = 0; i < 50; i++)
            {
                var key = $"{random.Next(600)}";
                map =
                    random.Next(3) == 0
                        ? map.Remove(new TextKey(key), owner)
                        : map.Set(new Sample(key, random.Next()), owner);
            }

            snapshots.Add((map, Content(map)));
        }

        foreach (var (snapshot, content) in snapshots)
            Content(snapshot).ShouldBe(content);
    }

    [Fact]
    public void Neighbours_in_an_index_share_one_index_key()
    {
        var owner = new Owner();
        var map = default(SortedMap<IndexKey, IndexKey>);
        for (var i = 0; i < 20; i++)
            map = map.Set(new IndexKey(new string("service".AsSpan()), $"{i:D2}"), owner);

        var cursor = map.From(new IndexKey("", ""));
        var distinct = new HashSet<string>(ReferenceEqualityComparer.Instance);
        while (cursor.MoveNext())
            distinct.Add(cursor.Current.Index);
        distinct.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a\uffff", "b")]
    [InlineData("", null)]
    [InlineData("\uffff\uffff", null)]
    public void The_end_of_a_prefix_is_the_next_key_without_it(string prefix, string? end) =>
        (TextKey.AfterPrefix(prefix)?.Text).ShouldBe(end);

    private static void ShouldBeSame(
        SortedMap<TextKey, Sample> map,
        SortedDictionary<string, int> expected,
        Random random,
        int keys
    )
    {
        map.Verify();
        Content(map).ShouldBe(expected.Select(pair => (pair.Key, pair.Value)));
        for (var i = 0; i < 20; i++)
        {
            var key = $"key/{random.Next(keys)}";
            map.TryFind(new TextKey(key), out var item).ShouldBe(expected.TryGetValue(key, out var expectedValue));
            item.Value.ShouldBe(expectedValue);
            map.CountBelow(new TextKey(key))
                .ShouldBe(expected.Keys.Count(other => string.CompareOrdinal(other, key) < 0));
            Keys(map, key).ShouldBe(expected.Keys.Where(other => string.CompareOrdinal(other, key) >= 0));
        }
    }

    private static List<string> Keys(SortedMap<TextKey, Sample> map, string from)
    {
        var keys = new List<string>();
        var cursor = map.From(new TextKey(from));
        while (cursor.MoveNext())
            keys.Add(cursor.Current.Key);
        return keys;
    }

    private static List<(string, int)> Content(SortedMap<TextKey, Sample> map)
    {
        var content = new List<(string, int)>();
        var cursor = map.From(new TextKey(""));
        while (cursor.MoveNext())
            content.Add((cursor.Current.Key, cursor.Current.Value));
        return content;
    }

    private readonly record struct Sample(string Key, int Value) : ISortItem<Sample, TextKey>
    {
        TextKey ISortItem<Sample, TextKey>.SortKey => new(Key);

        public static Sample Share(in Sample item, in Sample neighbour) => item;
    }
}
