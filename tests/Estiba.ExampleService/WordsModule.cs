using System.Text.Json.Serialization;
using Estiba.Contracts;
using Estiba.Contracts.Words;
using Estiba.Hosting;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.ExampleService;

/// <summary>Takes a text; a controller counts its words, and whoever asks again is told how many there are.</summary>
public sealed class WordsModule : Module
{
    internal static readonly Table<Text> Texts = new("words.texts", text => text.Key, WordsJson.Default);
    public override string Name => "words";
    public override IReadOnlyList<Table> Tables => [Texts];
    public override IReadOnlyList<ServiceDeclaration> Services => [ServiceDeclaration.Of<IWordsApi, WordsApi>("Words")];

    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var dispatcher = new WordsDispatcher(new WordsApi(host.Store));
        var counting = new Controller("words.counting", host.Store, Count)
        {
            AtStart = view => view.Range(Texts).Where(text => text.Words is null).Select(text => text.Key),
            Triggers = [Trigger.On(Texts, change => change.After is { Words: null } ? change.Key : null)],
        };
        return Task.FromResult(new OpenModule { Dispatchers = [dispatcher], Controllers = [counting] });
    }

    private static void Count(Transaction transaction, string key)
    {
        if (transaction.Find(Texts, key) is { Words: null } text)
            transaction.Put(Texts, text with { Words = text.Content.Split(' ').Length });
    }
}

internal sealed class WordsApi(Store store) : IWordsApi
{
    public Task<CountResponse> CountAsync(CountRequest request, CallContext caller, CancellationToken cancellation) =>
        store.CommitAsync(it => Count(it, $"{caller.AccountId}/{caller.Region}/{request.Text}", request), cancellation);

    private static CountResponse Count(Transaction transaction, string key, CountRequest request)
    {
        if (transaction.Find(WordsModule.Texts, key) is { } known)
            return new CountResponse { Words = known.Words };
        transaction.Put(WordsModule.Texts, new Text(key, request.Text!, Words: null));
        return new CountResponse();
    }
}

internal sealed record Text(string Key, string Content, int? Words);

[JsonSerializable(typeof(Text))]
internal sealed partial class WordsJson : JsonSerializerContext;
