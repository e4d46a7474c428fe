using System.Reflection;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests;

/// <summary>Calls operations by their names, for what is true of all of them.</summary>
internal static class Ec2Calls
{
    /// <summary>The operations that the service implements.</summary>
    public static IReadOnlyList<string> Implemented { get; } =
    [
        .. typeof(Ec2Api)
            .GetInterfaceMap(typeof(IEc2Api))
            .TargetMethods.Where(method => method.DeclaringType == typeof(Ec2Api))
            .Select(method => method.Name[..^"Async".Length]),
    ];

    public static IShape NewRequest(string operation) => (IShape)Activator.CreateInstance(RequestType(operation))!;

    public static Type RequestType(string operation) => Method(operation).GetParameters()[0].ParameterType;

    public static async Task<IShape> CallAsync(IEc2Api api, string operation, IShape request)
    {
        var call = (Task)
            Method(operation)
                .Invoke(
                    api,
                    BindingFlags.DoNotWrapExceptions,
                    binder: null,
                    [request, ComputeWorld.Context, CancellationToken.None],
                    culture: null
                )!;
        await call;
        return (IShape)call.GetType().GetProperty("Result")!.GetValue(call)!;
    }

    private static MethodInfo Method(string operation) => typeof(IEc2Api).GetMethod(operation + "Async")!;
}
