using System.Text.Json.Serialization;
using Estiba.Contracts;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Hosting.Tests;

/// <summary>What many tests need.</summary>
internal static class Samples
{
    internal static readonly Table<Thing> Things = new("things", thing => thing.Name, SamplesJson.Default);

    internal static CallContext Caller { get; } =
        new()
        {
            AccountId = "123456789012",
            Region = "eu-west-1",
            PrincipalArn = "arn:aws:iam::123456789012:user/alice",
            AccessKeyId = "AKIAALICE",
            RequestId = "r",
        };

    internal static Task<Store> StoreAsync() => Store.OpenAsync(new MemoryJournal(), [Things]);

    internal static Task PutAsync(this Store store, string name, int size = 0) =>
        store.CommitAsync(transaction => transaction.Put(Things, new Thing(name, size)));
}

internal sealed record Thing(string Name, int Size);

[JsonSerializable(typeof(Thing))]
internal sealed partial class SamplesJson : JsonSerializerContext;
