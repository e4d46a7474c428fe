using System.Diagnostics.CodeAnalysis;
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
    public static Coverage Of<
        [DynamicallyAccessedMembers(ServiceDispatcher.ReadMembers)] TContract,
        [DynamicallyAccessedMembers(ServiceDispatcher.ReadMembers)] TImplementation
    >(string service)
        where TImplementation : TContract
    {
        var map = typeof(TImplementation).GetInterfaceMap(typeof(TContract));
        var operations = map
            .InterfaceMethods.Zip(map.TargetMethods)
            .Where(method => !method.First.IsStatic)
            .Select(method => (Name: OperationOf(method.First), Own: method.Second.DeclaringType != typeof(TContract)))
            .OrderBy(operation => operation.Name, StringComparer.Ordinal)
            .ToLookup(operation => operation.Own, operation => operation.Name);
        return new Coverage(service, [.. operations[true]], [.. operations[false]]);
    }

    /// <summary>Which operations of a service a dispatcher has an implementation of.</summary>
    /// <param name="service">The service's name as people know it.</param>
    /// <param name="dispatcher">Finds them.</param>
    public static Coverage Of(string service, ServiceDispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(dispatcher);
        var implemented = dispatcher.Operations.Select(operation => operation.Name).Where(dispatcher.Implements);
        return new Coverage(service, [.. implemented.Order(StringComparer.Ordinal)], []).Among(dispatcher.Model);
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
