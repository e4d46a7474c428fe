namespace Estiba.Contracts.Generator;

/// <summary>Writes the operation interface of a service, its dispatcher and its client.</summary>
internal static class ApiWriter
{
    private const string Task = "global::System.Threading.Tasks.Task";
    private const string Cancellation = "global::System.Threading.CancellationToken";

    internal static string Write(Contract contract)
    {
        var source = new Source("Estiba.Contracts." + contract.Name);
        WriteInterface(source, contract);
        WriteModel(source, contract);
        WriteDispatcher(source, contract);
        WriteClient(source, contract);
        return source.ToString();
    }

    private static void WriteInterface(Source source, Contract contract)
    {
        source.Line($"/// <summary>The operations of {contract.Fact("serviceId")}, as a customer's request or another service calls them.</summary>");
        source.Open($"public interface I{contract.Name}Api");
        foreach (var operation in contract.Operations)
        {
            source.Line($"/// <summary>The operation <c>{operation.Name}</c>; answers \"not implemented\" unless a class implements it.</summary>");
            source.Line($"{Signature(contract, operation)} => throw AwsException.NotImplemented({Names.Literal(contract.Service)}, {Names.Literal(operation.Name)});");
        }

        source.Close().Line();
    }

    private static void WriteModel(Source source, Contract contract)
    {
        source.Line($"/// <summary>The facts of {contract.Fact("serviceId")} and its operations.</summary>");
        source.Open($"public static class {contract.Name}Model");
        source.Open("public static readonly ServiceModel Service = new()");
        source.Line($"Name = {Names.Literal(contract.Service)},");
        source.Line($"ServiceId = {Names.LiteralOrNull(contract.Fact("serviceId"))}!,");
        source.Line($"SigningName = {Names.Literal(contract.Fact("signingName") ?? contract.Service)},");
        source.Line($"ApiVersion = {Names.LiteralOrNull(contract.Fact("apiVersion"))}!,");
        source.Line($"Protocol = ProtocolKind.{Names.Pascal(contract.Fact("protocol")!)},");
        source.Line($"TargetPrefix = {Names.LiteralOrNull(contract.Fact("targetPrefix"))},");
        source.Line($"XmlNamespace = {Names.LiteralOrNull(contract.Fact("xmlNamespace"))},");
        source.Line($"Validation = {Names.LiteralOrNull(contract.Fact("validation"))} ?? \"ValidationException\",");
        source.Close("};");
        foreach (var operation in contract.Operations)
            source.Line($"public static readonly OperationModel {operation.Name} = new({Names.Literal(operation.Name)}, {Names.LiteralOrNull(operation.ResultWrapper)}, {Flag(operation.Anonymous)}, {Flag(operation.HasOutput)});");
        source.Close().Line();
    }

    private static void WriteDispatcher(Source source, Contract contract)
    {
        source.Line($"/// <summary>Finds the operation that a request names and calls it on an implementation of <see cref=\"I{contract.Name}Api\"/>.</summary>");
        source.Line($"public sealed class {contract.Name}Dispatcher(I{contract.Name}Api api) : ServiceDispatcher({contract.Name}Model.Service, typeof(I{contract.Name}Api), api.GetType(),");
        source.Line("[");
        foreach (var operation in contract.Operations)
            source.Line($"    OperationHandler.Create<{Type(contract, operation.Input!)}, {Type(contract, operation.Output!)}>({contract.Name}Model.{operation.Name}, api.{operation.Name}Async),");
        source.Line("]);").Line();
    }

    private static void WriteClient(Source source, Contract contract)
    {
        source.Line($"/// <summary>Calls {contract.Fact("serviceId")} over HTTP with signed requests; an error answered is thrown as <see cref=\"AwsException\"/>.</summary>");
        source.Open($"public sealed class {contract.Name}Client(AwsClientOptions options) : AwsClient({contract.Name}Model.Service, options), I{contract.Name}Api");
        foreach (var operation in contract.Operations)
            source.Line($"public {Signature(contract, operation)} => SendAsync<{Type(contract, operation.Input!)}, {Type(contract, operation.Output!)}>({contract.Name}Model.{operation.Name}, request, context, cancellation);");
        source.Close();
    }

    private static string Signature(Contract contract, Operation operation) =>
        $"{Task}<{Type(contract, operation.Output!)}> {operation.Name}Async({Type(contract, operation.Input!)} request, CallContext context, {Cancellation} cancellation = default)";

    private static string Flag(bool value) => value ? "true" : "false";

    private static string Type(Contract contract, string shape) => contract.Shapes[shape].TypeName;
}
