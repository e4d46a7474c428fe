using Estiba.Contracts;

namespace Estiba.Hosting;

/// <summary>
/// A module that is nothing but the operations of one service: a client of a server elsewhere, a service of which only
/// the contract is there yet, or a stand-in in a test.
/// </summary>
/// <typeparam name="TApi">The generated operation interface.</typeparam>
/// <param name="title">The name people know.</param>
/// <param name="api">What implements it; what it does not answers "not implemented".</param>
public sealed class ApiModule<TApi>(string title, TApi api) : Module
    where TApi : IAwsApi<TApi>
{
    /// <inheritdoc/>
    public override string Name => TApi.Service.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services =>
        [new(title, TApi.Service, () => Coverage.Of(title, TApi.Dispatch(api)))];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation) =>
        Task.FromResult(new OpenModule { Dispatchers = [TApi.Dispatch(api)] });
}
