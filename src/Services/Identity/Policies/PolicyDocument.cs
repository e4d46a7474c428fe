using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Policies.Grammar;

namespace Estiba.Identity.Policies;

/// <summary>Checks that a policy is one, in the words of IAM ("Grammar of the IAM JSON policy language").</summary>
internal static class PolicyDocument
{
    private const int LargestManaged = 6144;
    private const int LargestTrust = 2048;

    /// <summary>As answers carry documents: percent-encoded ("URL-encoded compliant with RFC 3986").</summary>
    public static string Encode(string document) => Uri.EscapeDataString(document);

    /// <summary>
    /// How large a document is by IAM's measure, which does not count white space ("IAM and AWS STS character limits").
    /// </summary>
    public static int SizeOf(string document) => document.Count(letter => !char.IsWhiteSpace(letter));

    /// <summary>Checks a policy that says what its bearer may do: inside of an entity, or of a session.</summary>
    /// <exception cref="AwsException"><c>MalformedPolicyDocument</c>.</exception>
    public static void CheckPermissions(string document)
    {
        using var json = PolicyJson.Parse(document) ?? throw Malformed(IdentityGrammar.SyntaxError);
        if (IdentityGrammar.Check(json.RootElement) is { } fault)
            throw Malformed(fault);
    }

    /// <summary>Checks the document of a managed policy.</summary>
    /// <exception cref="AwsException"><c>MalformedPolicyDocument</c>, or <c>LimitExceeded</c> for one that is too
    /// large.</exception>
    public static void CheckManaged(string document)
    {
        CheckPermissions(document);
        if (SizeOf(document) > LargestManaged)
            throw IamErrors.LimitExceededException($"Cannot exceed quota for PolicySize: {LargestManaged}");
    }

    /// <summary>Checks a policy that says who may assume a role.</summary>
    /// <returns>The principals below <c>AWS</c>, which may have to exist.</returns>
    /// <exception cref="AwsException"><c>MalformedPolicyDocument</c>, or <c>LimitExceeded</c> for one that is too
    /// large.</exception>
    public static IReadOnlyList<string> CheckTrust(string document)
    {
        using var json = PolicyJson.Parse(document) ?? throw Malformed("This policy contains invalid Json");
        if (TrustGrammar.Check(json.RootElement) is { } fault)
            throw Malformed(fault);
        return SizeOf(document) > LargestTrust
            ? throw IamErrors.LimitExceededException($"Cannot exceed quota for ACLSizePerRole: {LargestTrust}")
            : TrustGrammar.PrincipalsOf(json.RootElement);
    }

    /// <summary>What a policy that is none is answered with.</summary>
    public static AwsException Malformed(string message) => IamErrors.MalformedPolicyDocumentException(message);
}
