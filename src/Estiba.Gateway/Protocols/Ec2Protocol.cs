using System.Buffers;
using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Gateway.Protocols;

/// <summary>EC2's dialect of the query protocol, with errors and codes of its own ("Error codes for the Amazon EC2 API").</summary>
internal sealed class Ec2Protocol : WireProtocol
{
    public override string ContentType => "text/xml;charset=UTF-8";

    public override void WriteAnswer(IBufferWriter<byte> output, ServiceModel service, OperationModel operation, IShape answer, string requestId) =>
        XmlAnswer.Write(output, (service, operation, answer, requestId), static (xml, state) =>
        {
            xml.WriteStartElement(state.operation.Name + "Response", state.service.XmlNamespace);
            xml.WriteElementString("requestId", state.requestId);
            if (state.operation.HasOutput) state.answer.Write(new XmlShapeWriter(xml));
            else xml.WriteElementString("return", "true");
            xml.WriteEndElement();
        });

    public override void WriteError(IBufferWriter<byte> output, ServiceModel? service, AwsException error, string requestId) =>
        XmlAnswer.Write(output, (error, requestId), static (xml, state) =>
        {
            xml.WriteStartElement("Response");
            xml.WriteStartElement("Errors");
            xml.WriteStartElement("Error");
            xml.WriteElementString("Code", state.error.Code);
            xml.WriteElementString("Message", XmlText.Of(state.error.Message));
            state.error.Details?.Write(new XmlShapeWriter(xml));
            xml.WriteEndElement();
            xml.WriteEndElement();
            xml.WriteElementString("RequestID", state.requestId);
            xml.WriteEndElement();
        });

    // EC2 tells neither an unknown key from a wrong signature nor why a signature is wrong.
    public override AwsException NotAuthentic(SignatureException fault) => fault.Fault switch
    {
        SignatureFault.Missing => new("MissingAuthenticationToken", fault.Message, 403),
        SignatureFault.Incomplete => new("IncompleteSignature", fault.Message),
        SignatureFault.Expired or SignatureFault.ExpiredCredentials => new("RequestExpired", "Request has expired."),
        _ => new("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
    };

    public override AwsException NotAuthorized(string principalArn, string action) =>
        new("UnauthorizedOperation", $"You are not authorized to perform this operation. User: {principalArn} is not authorized to perform: {action} because no identity-based policy allows the {action} action", 403);

    public override AwsException UnknownOperation(string? operation, string? version) => string.IsNullOrEmpty(operation)
        ? new("MissingAction", "The request must contain the parameter Action")
        : new("InvalidAction", $"The action {operation} is not valid for this web service.");

    public override AwsException Unavailable(string message) => new("Unavailable", message, 503);

    public override AwsException Internal(string requestId) => new("InternalError", InternalMessage(requestId), 500);
}
