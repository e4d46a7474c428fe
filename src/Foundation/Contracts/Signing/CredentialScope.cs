namespace Estiba.Contracts.Signing;

/// <summary>What a signing key is good for: one day, one region, one service.</summary>
/// <param name="Date">The day in UTC as <c>yyyyMMdd</c>.</param>
/// <param name="Region">A region's name, such as <c>eu-west-1</c>.</param>
/// <param name="Service">A service's signing name, such as <c>ecs</c>.</param>
public readonly record struct CredentialScope(string Date, string Region, string Service)
{
    /// <summary>The fixed last element of every scope.</summary>
    public const string Terminator = "aws4_request";

    /// <summary>The scope as it appears in a string to sign: <c>20150830/us-east-1/service/aws4_request</c>.</summary>
    public override string ToString() => $"{Date}/{Region}/{Service}/{Terminator}";
}
