using System.Reflection;

namespace Estiba.Hosting;

/// <summary>Which operations of a service are implemented, read from the generated interface and the class behind it.</summary>
/// <param name="Service">The service's name as people know it.</param>
/// <param name="Implemented">Operations that have an implementation, in the contract's order.</param>
/// <param name="Missing">Operations that answer "not implemented".</param>
internal sealed record Coverage(string Service, IReadOnlyList<string> Implemented, IReadOnlyList<string> Missing)
{
    internal int Total => Implemented.Count + Missing.Count;

    /// <summary>Compares the methods of an operation interface with those that the implementation has of its own.</summary>
    /// <typeparam name="TContract">The generated interface, whose methods all have a default: "not implemented".</typeparam>
    /// <typeparam name="TImplementation">The class that implements it.</typeparam>
    internal static Coverage Of<TContract, TImplementation>(string service)
        where TImplementation : TContract
    {
        var map = typeof(TImplementation).GetInterfaceMap(typeof(TContract));
        var operations = map.InterfaceMethods.Zip(map.TargetMethods, (contract, target) => (Name: OperationOf(contract), Own: target.DeclaringType != typeof(TContract)))
            .OrderBy(operation => operation.Name, StringComparer.Ordinal)
            .ToLookup(operation => operation.Own, operation => operation.Name);
        return new Coverage(service, [.. operations[true]], [.. operations[false]]);
    }

    private static string OperationOf(MethodInfo method) => method.Name[..^"Async".Length];
}
