using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Ecr.Images;

namespace Estiba.Ecr.Repositories;

/// <summary>The rule for names: lower-case letters and digits, with <c>.</c>, <c>_</c> and <c>-</c> between them, in parts separated by <c>/</c>.</summary>
internal static partial class RepositoryNames
{
    // ECR's message has this expression, which is a little stricter than what it accepts.
    private const string Told = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*";

    /// <exception cref="AwsException">The name breaks the rule.</exception>
    public static void Validate(string name)
    {
        if (name.Length is < 2 or > 256) throw ImageErrors.InvalidParameter("repositoryName", "must have length between 2 and 256");
        if (!Rule().IsMatch(name)) throw ImageErrors.InvalidParameter("repositoryName", $"must satisfy regular expression '{Told}'");
    }

    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rule();
}
