using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Estiba.Contracts.Generator;

/// <summary>Turns every file of <c>contracts/</c> into records, readers, writers, validation, the operation interface, its dispatcher and its client.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ContractGenerator : IIncrementalGenerator
{
    /// <inheritdoc />
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var contracts = context.AdditionalTextsProvider
            .Where(static file => file.Path.EndsWith(".json", System.StringComparison.Ordinal))
            .Select(static (file, cancellation) => file.GetText(cancellation)?.ToString() ?? "");

        context.RegisterSourceOutput(contracts, static (output, json) =>
        {
            var contract = Contract.Parse(json);
            Add("Shapes", ShapeWriter.Write(contract));
            Add("Enums", EnumWriter.Write(contract));
            if (contract.Operations.Count == 0) return;
            Add("Api", ApiWriter.Write(contract));
            Add("Errors", ErrorWriter.Write(contract));

            void Add(string part, string source) => output.AddSource($"{contract.Name}.{part}.g.cs", SourceText.From(source, Encoding.UTF8));
        });
    }
}
