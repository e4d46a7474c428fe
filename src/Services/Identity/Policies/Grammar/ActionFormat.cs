namespace Estiba.Identity.Policies.Grammar;

/// <summary>The form of an action: a service's name, a colon, and anything, or a star.</summary>
internal static class ActionFormat
{
    private const string Everything = "*";

    /// <summary>What is wrong with an action; null for nothing.</summary>
    public static string? Check(string action)
    {
        var parts = action.Split(':');
        var vendor = parts[0];
        return parts.Length switch
        {
            _ when action == Everything => null,
            1 => "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            > 2 => "Actions/Condition can contain only one colon.",
            _ => vendor == Everything || (vendor.Length > 0 && vendor.All(IsOfVendor))
                ? null
                : $"Vendor {vendor} is not valid",
        };
    }

    private static bool IsOfVendor(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.';
}
