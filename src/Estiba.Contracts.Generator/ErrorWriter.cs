using System.Linq;

namespace Estiba.Contracts.Generator;

/// <summary>Writes one factory per error that the contract names.</summary>
internal static class ErrorWriter
{
    internal static string Write(Contract contract)
    {
        var source = new Source("Estiba.Contracts." + contract.Name);
        source.Line($"/// <summary>The errors that {contract.Name} answers with, to be thrown.</summary>");
        source.Open($"public static class {contract.Name}Errors");
        foreach (var shape in contract.Shapes.Values.Where(shape => shape.IsException))
            source.Line($"public static AwsException {Names.Pascal(shape.Name)}(string message) => new({Names.Literal(shape.ErrorCode)}, message, {shape.ErrorStatus});");

        return source.Close().ToString();
    }
}
