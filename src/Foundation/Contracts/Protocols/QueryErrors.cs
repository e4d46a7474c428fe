namespace Estiba.Contracts.Protocols;

/// <summary>
/// Services that have left the query protocol tell the code that they had there, so that programs which look for it
/// still find it ("AWS Query compatibility").
/// </summary>
internal static class QueryErrors
{
    private const string Header = "x-amzn-query-error";

    internal static void Tell(WireAnswer answer, ServiceModel? service, AwsException error)
    {
        if (service is { IsQueryCompatible: true })
            answer.AddHeader(
                Header,
                $"{error.QueryCode ?? error.Code};{(error.StatusCode < 500 ? "Sender" : "Receiver")}"
            );
    }
}
