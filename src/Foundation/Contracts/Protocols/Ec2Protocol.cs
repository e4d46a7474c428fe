using System.Globalization;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts.Protocols;

/// <summary>
/// EC2's dialect of the query protocol, with errors and codes of its own ("Error codes for the Amazon EC2 API").
/// </summary>
internal sealed class Ec2Protocol() : FormProtocol(ec2: true)
{
    public override string Name => "ec2";

    public override string ContentType => "text/xml;charset=UTF-8";

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
            xml.WriteElementString("requestId", state.requestId);
            if (state.operation.HasOutput)
                state.shape.Write(new XmlShapeWriter(xml));
            else
                xml.WriteElementString("return", "true");
            xml.WriteEndElement();
        });
    }

    public override void WriteError(WireAnswer answer, ServiceModel? service, AwsException error, string requestId)
    {
        answer.Status = error.StatusCode;
        answer.ContentType = ContentType;
        XmlAnswer.Write(answer.Body, (error, requestId), static (xml, state) =>
        {
            xml.WriteStartElement("Response");
            xml.WriteStartElement("Errors");
            xml.WriteStartElement("Error");
            xml.WriteElementString("Code", state.error.QueryCode ?? state.error.Code);
            xml.WriteElementString("Message", XmlText.Of(state.error.Message));
            state.error.Details?.Write(new XmlShapeWriter(xml));
            xml.WriteEndElement();
            xml.WriteEndElement();
            xml.WriteElementString("RequestID", state.requestId);
            xml.WriteEndElement();
        });
    }

    // EC2 tells neither an unknown key from a wrong signature nor why a signature is wrong.
    public override AwsException NotAuthentic(SignatureException fault) =>
        fault.Fault switch
        {
            SignatureFault.Missing => new("MissingAuthenticationToken", fault.Message, 403),
            SignatureFault.Incomplete => new("IncompleteSignature", fault.Message),
            SignatureFault.Expired or SignatureFault.ExpiredCredentials => new(
                "RequestExpired",
                "Request has expired."
            ),
            _ => new("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
        };

    public override AwsException NotAuthorized(string refusal) =>
        new("UnauthorizedOperation", $"You are not authorized to perform this operation. {refusal}", 403);

    public override AwsException UnknownOperation(ServiceModel? service, WireRequest request) =>
        Action(request) is not { Length: > 0 } operation
            ? new("MissingAction", "The request must contain the parameter Action")
            : new("InvalidAction", $"The action {operation} is not valid for this web service.");

    // Every version that there ever was is answered; a client is never older than its answers.
    public override AwsException? RefusedVersion(ServiceModel service, WireRequest request) =>
        Version(request) is not { } version
        || (IsDate(version) && string.CompareOrdinal(version, service.ApiVersion) <= 0)
            ? null
            : new("NoSuchVersion", $"The requested version ({version}) of service AmazonEC2 does not exist");

    private static bool IsDate(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    public override AwsException Unavailable(string message) => new("Unavailable", message, 503);

    public override AwsException Internal(string requestId) => new("InternalError", InternalMessage(requestId), 500);
}
