using System.Reflection;
using Estiba.Contracts;

namespace Estiba.Hosting;

/// <summary>
/// Which operations of a service are implemented, read from the generated interface and the class behind it.
/// </summary>
/// <param name="Service">The service's name as people know it.</param>
/// <param name="Implemented">Operations that have an implementation, in the contract's order.</param>
/// <param name="Missing">Operations that answer "not implemented".</param>
public sealed record Coverage(string Service, IReadOnlyList<string> Implemented, IReadOnlyList<string> Missing)
{
    /// <summary>How many operations the contract has.</summary>
    public int Total => Implemented.Count + Missing.Count;

    /// <summary>
    /// Compares the methods of an operation interface with those that the implementation has of its own.
    /// </summary>
    /// <typeparam name="TContract">The generated interface, whose methods all have a default: "not
    /// implemented".</typeparam>
    /// <typeparam name="TImplementation">The class that implements it.</typeparam>
    /// <param name="service">The service's name as people know it.</param>
    public static Coverage Of<TContract, TImplementation>(string service)
        where TImplementation : TContract => Of(service, typeof(TContract), typeof(TImplementation));

    /// <inheritdoc cref="Of{TContract, TImplementation}"/>
    /// <param name="service">The service's name as people know it.</param>
    /// <param name="contract">The generated interface.</param>
    /// <param name="implementation">The class that implements it.</param>
    internal static Coverage Of(string service, Type contract, Type implementation)
    {
        var map = implementation.GetInterfaceMap(contract);
        var operations = map
            .InterfaceMethods.Zip(map.TargetMethods)
            .Where(method => !method.First.IsStatic)
            .Select(method => (Name: OperationOf(method.First), Own: method.Second.DeclaringType != contract))
            .OrderBy(operation => operation.Name, StringComparer.Ordinal)
            .ToLookup(operation => operation.Own, operation => operation.Name);
        return new Coverage(service, [.. operations[true]], [.. operations[false]]);
    }

    /// <summary>The coverage of a service of which nothing is implemented yet.</summary>
    /// <param name="service">The facts of its contract.</param>
    public static Coverage OfNone(ServiceModel service) => new Coverage(service.ServiceId, [], []).Among(service);

    /// <summary>The same, among all operations that AWS has: most have no method before somebody needs them.</summary>
    internal Coverage Among(ServiceModel service) =>
        this with
        {
            Missing = [.. service.Operations.Names.Except(Implemented, StringComparer.Ordinal)],
        };

    private static string OperationOf(MethodInfo method) => method.Name[..^"Async".Length];
}
