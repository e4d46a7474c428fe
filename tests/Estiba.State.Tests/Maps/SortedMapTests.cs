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
        var map = default(SortedMap<TextKey, int>);
        var owner = new Owner();
        for (var step = 0; step < steps; step++)
        {
            // Phases of growing and of shrinking, so that nodes split and join.
            var key = $"key/{random.Next(keys)}";
            if (random.Next(10) < (step / 1_000 % 2 == 0 ? 8 : 2))
            {
                map = map.Set(new TextKey(key), step, owner);
                expected[key] = step;
            }
            else
            {
                map = map.Remove(new TextKey(key), owner);
                expected.Remove(key);
            }

            if (random.Next(20) == 0) owner = new Owner();
            map.Count.ShouldBe(expected.Count);
            if (step % 500 == 0) ShouldBeSame(map, expected, random, keys);
        }

        ShouldBeSame(map, expected, random, keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Keys_that_arrive_in_order_are_all_there(bool ascending)
    {
        var map = default(SortedMap<TextKey, int>);
        var owner = new Owner();
        for (var i = 0; i < 5_000; i++)
        {
            map = map.Set(new TextKey($"{(ascending ? i : 9_999 - i):D4}"), i, owner);
            if (i % 100 == 0) map.Verify();
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
            var map = default(SortedMap<TextKey, int>);
            for (var i = 0; i < 4_000; i++) map = map.Set(new TextKey($"{i:D4}"), i, owner);
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
        var map = default(SortedMap<TextKey, int>);
        var snapshots = new List<(SortedMap<TextKey, int> Map, List<(string, int)> Content)>();
        for (var round = 0; round < 60; round++)
        {
            var owner = new Owner();
            for (var i = 0; i < 50; i++)
            {
                var key = new TextKey($"{random.Next(600)}");
                map = random.Next(3) == 0 ? map.Remove(key, owner) : map.Set(key, random.Next(), owner);
            }

            snapshots.Add((map, Content(map)));
        }

        foreach (var (snapshot, content) in snapshots) Content(snapshot).ShouldBe(content);
    }

    [Fact]
    public void Replacing_a_value_keeps_the_key_object()
    {
        var owner = new Owner();
        var first = new string("key");
        var map = default(SortedMap<TextKey, int>).Set(new TextKey(first), 1, owner).Set(new TextKey(new string("key".AsSpan())), 2, owner);

        var cursor = map.From(new TextKey(""));
        cursor.MoveNext().ShouldBeTrue();
        cursor.Current.Key.Text.ShouldBeSameAs(first);
        cursor.Current.Value.ShouldBe(2);
    }

    [Fact]
    public void Neighbours_in_an_index_share_one_index_key()
    {
        var owner = new Owner();
        var map = default(SortedMap<IndexKey, int>);
        for (var i = 0; i < 20; i++) map = map.Set(new IndexKey(new string("service".AsSpan()), $"{i:D2}"), i, owner);

        var cursor = map.From(new IndexKey("", ""));
        var distinct = new HashSet<string>(ReferenceEqualityComparer.Instance);
        while (cursor.MoveNext()) distinct.Add(cursor.Current.Key.Index);
        distinct.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a\uffff", "b")]
    [InlineData("", null)]
    [InlineData("\uffff\uffff", null)]
    public void The_end_of_a_prefix_is_the_next_key_without_it(string prefix, string? end) =>
        TextKey.AfterPrefix(prefix)?.Text.ShouldBe(end);

    private static void ShouldBeSame(SortedMap<TextKey, int> map, SortedDictionary<string, int> expected, Random random, int keys)
    {
        map.Verify();
        Content(map).ShouldBe(expected.Select(pair => (pair.Key, pair.Value)));
        for (var i = 0; i < 20; i++)
        {
            var key = $"key/{random.Next(keys)}";
            map.TryFind(new TextKey(key), out var value).ShouldBe(expected.TryGetValue(key, out var expectedValue));
            value.ShouldBe(expectedValue);
            map.CountBelow(new TextKey(key)).ShouldBe(expected.Keys.Count(other => string.CompareOrdinal(other, key) < 0));
            Keys(map, key).ShouldBe(expected.Keys.Where(other => string.CompareOrdinal(other, key) >= 0));
        }
    }

    private static List<string> Keys(SortedMap<TextKey, int> map, string from)
    {
        var keys = new List<string>();
        var cursor = map.From(new TextKey(from));
        while (cursor.MoveNext()) keys.Add(cursor.Current.Key.Text);
        return keys;
    }

    private static List<(string, int)> Content(SortedMap<TextKey, int> map)
    {
        var content = new List<(string, int)>();
        var cursor = map.From(new TextKey(""));
        while (cursor.MoveNext()) content.Add((cursor.Current.Key.Text, cursor.Current.Value));
        return content;
    }
}
