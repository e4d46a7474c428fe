using System.Diagnostics.CodeAnalysis;
using Estiba.Contracts;

namespace Estiba.Hosting;

/// <summary>An AWS API that a module has.</summary>
/// <param name="Title">The name people know: <c>Amazon ECS</c>.</param>
/// <param name="Model">The facts of its contract.</param>
/// <param name="Coverage">Which of its operations are implemented.</param>
public sealed record ServiceDeclaration(string Title, ServiceModel Model, Func<Coverage> Coverage)
{
    /// <summary>Declares an API and the class behind it.</summary>
    /// <typeparam name="TApi">The generated operation interface.</typeparam>
    /// <typeparam name="TImplementation">The class that implements it.</typeparam>
    /// <param name="title">The name people know.</param>
    public static ServiceDeclaration Of<
        [DynamicallyAccessedMembers(ServiceDispatcher.ReadMembers)] TApi,
        [DynamicallyAccessedMembers(ServiceDispatcher.ReadMembers)] TImplementation
    >(string title)
        where TApi : IAwsApi<TApi>
        where TImplementation : TApi =>
        new(title, TApi.Service, () => Hosting.Coverage.Of<TApi, TImplementation>(title).Among(TApi.Service));
}
