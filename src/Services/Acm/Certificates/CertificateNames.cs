using Estiba.Contracts;
using Estiba.State;
using static Estiba.Contracts.Acm.AcmErrors;

namespace Estiba.Acm.Certificates;

/// <summary>The ARNs of certificates: <c>arn:aws:acm:REGION:ACCOUNT:certificate/UUID</c>.</summary>
internal static class CertificateNames
{
    private const string Service = "acm";
    private const string Type = "certificate/";

    /// <summary>The ARN of a certificate.</summary>
    internal static string Arn(Scope scope, string id) =>
        new Arn(Service, scope.Region, scope.AccountId, Type + id).ToString();

    /// <summary>The one with an ARN; null when this account and region has none such.</summary>
    internal static CertificateRecord? Find(View view, Scope scope, string arn) =>
        Contracts.Arn.TryParse(arn, out var parsed)
        && (parsed.Service, parsed.AccountId, parsed.Region) == (Service, scope.AccountId, scope.Region)
        && parsed.Resource.StartsWith(Type, StringComparison.Ordinal)
            ? view.Find(AcmTables.Certificates, scope.Key(parsed.Resource[Type.Length..]))
            : null;

    /// <summary>The one with an ARN.</summary>
    /// <exception cref="AwsException"><c>InvalidArnException</c>: it is no certificate's ARN;
    /// <c>ResourceNotFoundException</c>: there is no such certificate.</exception>
    internal static CertificateRecord Require(View view, Scope scope, string arn)
    {
        if (Find(view, scope, arn) is { } found)
            return found;
        var isOne =
            Contracts.Arn.TryParse(arn, out var parsed) && parsed.Resource.StartsWith(Type, StringComparison.Ordinal);
        throw isOne
            ? ResourceNotFoundException($"Could not find certificate {arn} in account {scope.AccountId}.")
            : InvalidArnException($"Invalid arn: {arn}");
    }
}
