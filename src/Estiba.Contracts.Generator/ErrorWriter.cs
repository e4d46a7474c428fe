using System.Linq;

namespace Estiba.Contracts.Generator;

/// <summary>Writes the factories of every error that the contract names.</summary>
internal static class ErrorWriter
{
    internal static string Write(Contract contract)
    {
        var source = new Source("Estiba.Contracts." + contract.Name);
        source.Line($"/// <summary>The errors that {contract.Name} answers with, to be thrown.</summary>");
        source.Open($"public static class {contract.Name}Errors");
        foreach (var shape in contract.Shapes.Values.Where(shape => shape.IsException))
        {
            var (name, error) = (Names.Pascal(shape.Name), $"new({Names.Literal(shape.ErrorCode)}, message, {shape.ErrorStatus})");
            source.Line($"public static AwsException {name}(string message) => {error};");
            if (shape.Details() is { } details)
                source.Line($"public static AwsException {name}(string message, {details.TypeName} details) => {error} {{ Details = details }};");
        }

        return source.Close().ToString();
    }
}
