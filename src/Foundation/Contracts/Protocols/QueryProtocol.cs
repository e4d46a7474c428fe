using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Protocols;

/// <summary>The query protocol: a form comes, XML goes ("Query protocol" of the older services, such as IAM).</summary>
internal sealed class QueryProtocol() : FormProtocol(ec2: false)
{
    public override string Name => "query";

    public override string ContentType => "text/xml";

    public override void WriteAnswer(
        WireAnswer answer,
        ServiceModel service,
        OperationModel operation,
        IShape shape,
        string requestId
    )
    {
        answer.ContentType = ContentType;
        XmlAnswer.Write(answer.Body, (service, operation, shape, requestId), static (xml, state) =>
        {
            xml.WriteStartElement(state.operation.Name + "Response", state.service.XmlNamespace);
            if (state.operation.ResultWrapper is { } wrapper)
            {
                xml.WriteStartElement(wrapper);
                state.shape.Write(new XmlShapeWriter(xml, wholeSeconds: true));
                xml.WriteEndElement();
            }

            xml.WriteStartElement("ResponseMetadata");
            xml.WriteElementString("RequestId", state.requestId);
            xml.WriteEndElement();
            xml.WriteEndElement();
        });
    }

    public override void WriteError(WireAnswer answer, ServiceModel? service, AwsException error, string requestId)
    {
        answer.Status = error.StatusCode;
        answer.ContentType = ContentType;
        XmlAnswer.Write(answer.Body, (service, error, requestId), static (xml, state) =>
        {
            xml.WriteStartElement("ErrorResponse", state.service?.XmlNamespace);
            xml.WriteStartElement("Error");
            xml.WriteElementString("Type", state.error.StatusCode < 500 ? "Sender" : "Receiver");
            xml.WriteElementString("Code", state.error.QueryCode ?? state.error.Code);
            xml.WriteElementString("Message", XmlText.Of(state.error.Message));
            state.error.Details?.Write(new XmlShapeWriter(xml, wholeSeconds: true));
            xml.WriteEndElement();
            xml.WriteElementString("RequestId", state.requestId);
            xml.WriteEndElement();
        });
    }

    public override AwsException NotAuthentic(SignatureException fault) =>
        fault.Fault switch
        {
            SignatureFault.Missing => new("MissingAuthenticationToken", fault.Message, 403),
            SignatureFault.Incomplete => new("IncompleteSignature", fault.Message),
            SignatureFault.UnknownCredentials => new("InvalidClientTokenId", fault.Message, 403),
            SignatureFault.ExpiredCredentials => new("ExpiredToken", fault.Message, 403),
            _ => new("SignatureDoesNotMatch", fault.Message, 403),
        };

    public override AwsException? RefusedVersion(ServiceModel service, WireRequest request) =>
        Action(request) is null || Version(request) == service.ApiVersion ? null : UnknownOperation(service, request);

    public override AwsException UnknownOperation(ServiceModel? service, WireRequest request) =>
        Action(request) is not { Length: > 0 } operation
            ? new("MissingAction", "The request is missing an action or a required parameter.")
            : new(
                "InvalidAction",
                $"Could not find operation {operation} for version {Version(request) ?? "NO_VERSION_SPECIFIED"}"
            );

    public override AwsException Unavailable(string message) => new("ServiceUnavailable", message, 503);

    public override AwsException Internal(string requestId) => new("InternalFailure", InternalMessage(requestId), 500);
}
