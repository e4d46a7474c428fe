using System.IO.Enumeration;
using Estiba.Identity.Authorization.Policies;

namespace Estiba.Identity.Policies;

/// <summary>Which services a policy speaks of when it allows something.</summary>
internal static class ServiceAccess
{
    private const string Everything = "*";

    /// <summary>Whether a policy allows any action of a service, on whatever resource and condition.</summary>
    /// <param name="document">The policy.</param>
    /// <param name="service">As actions begin, <c>s3</c>.</param>
    public static bool IsGranted(string document, string service) =>
        PolicyParser.Parse(document).Any(statement => statement.Allows && Concerns(statement.Actions, service));

    // All but some actions of a service are actions of it.
    private static bool Concerns(Element<PolicyText> actions, string service) =>
        actions.IsNegated
            ? !actions.Items.Any(item => IsOf(item.Text, service) && NameOf(item.Text) == Everything)
            : actions.Items.Any(item => IsOf(item.Text, service));

    private static bool IsOf(string action, string service) =>
        FileSystemName.MatchesSimpleExpression(action.Split(':', 2)[0], service, ignoreCase: true);

    private static string NameOf(string action) => action.Split(':', 2)[^1];
}
