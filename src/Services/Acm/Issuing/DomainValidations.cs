using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Acm;
using static Estiba.Contracts.Acm.AcmErrors;

namespace Estiba.Acm.Issuing;

/// <summary>
/// How the domains of a requested certificate are validated. Here they are at once, whoever's they are; what AWS would
/// have somebody put into DNS or send by mail is told all the same, because tools work with it.
/// </summary>
internal static class DomainValidations
{
    private const string Wildcard = "*.";
    private const int RecordDigits = 32;
    private const int ZoneLetters = 10;

    private static readonly string[] Recipients = ["administrator", "hostmaster", "postmaster", "webmaster", "admin"];

    /// <summary>One for each name.</summary>
    /// <param name="scope">Whose the certificate is.</param>
    /// <param name="names">The domain names.</param>
    /// <param name="method"><c>DNS</c> or <c>EMAIL</c>.</param>
    /// <param name="options">Where mails are to go, by domain; null for none.</param>
    /// <exception cref="AwsException"><c>InvalidDomainValidationOptionsException</c>: an option is for no such name, or
    /// for a domain above which it is not.</exception>
    internal static IReadOnlyList<DomainValidation> Of(
        Scope scope,
        IReadOnlyList<string> names,
        string method,
        IReadOnlyList<DomainValidationOption>? options
    )
    {
        var domains = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var option in options ?? [])
        {
            Check(option.DomainName!, option.ValidationDomain!, names);
            domains[option.DomainName!] = option.ValidationDomain!;
        }

        return
        [
            .. names.Select(name =>
                method == ValidationMethod.Dns
                    ? ByDns(scope, name)
                    : ByMail(name, domains.GetValueOrDefault(name, Plain(name)))
            ),
        ];
    }

    /// <summary>Checks where the mail for a name is to go.</summary>
    /// <exception cref="AwsException"><c>InvalidDomainValidationOptionsException</c>.</exception>
    internal static void Check(string name, string domain, IReadOnlyList<string> names)
    {
        if (!names.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw InvalidDomainValidationOptionsException($"The certificate request does not have the domain {name}.");
        var plain = Plain(name);
        if (
            !plain.Equals(domain, StringComparison.OrdinalIgnoreCase)
            && !plain.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase)
        )
            throw InvalidDomainValidationOptionsException(
                $"The validation domain {domain} is neither the domain {name} nor a superdomain of it."
            );
    }

    private static DomainValidation ByDns(Scope scope, string name)
    {
        // A domain and its wildcard have one record, the same whenever the account asks again.
        var plain = Plain(name).ToLowerInvariant();
        return Validated(name, plain, ValidationMethod.Dns) with
        {
            ResourceRecord = new ResourceRecord
            {
                Name = $"_{Digits($"name/{scope.AccountId}/{plain}")}.{plain}.",
                Type = RecordType.Cname,
                Value =
                    $"_{Digits($"value/{scope.AccountId}/{plain}")}.{Letters(scope.AccountId)}.acm-validations.aws.",
            },
        };
    }

    private static DomainValidation ByMail(string name, string domain) =>
        Validated(name, domain, ValidationMethod.Email) with
        {
            ValidationEmails = [.. Recipients.Select(recipient => $"{recipient}@{domain}")],
        };

    private static DomainValidation Validated(string name, string domain, string method) =>
        new()
        {
            DomainName = name,
            ValidationDomain = domain,
            ValidationMethod = method,
            ValidationStatus = DomainStatus.Success,
        };

    private static string Plain(string name) =>
        name.StartsWith(Wildcard, StringComparison.Ordinal) ? name[Wildcard.Length..] : name;

    private static string Digits(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..RecordDigits];

    private static string Letters(string text) =>
        string.Concat(
            SHA256.HashData(Encoding.UTF8.GetBytes(text))[..ZoneLetters].Select(value => (char)('a' + (value % 26)))
        );
}
