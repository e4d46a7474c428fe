using System.Globalization;
using System.Text;
using Estiba.Contracts.Iam;
using Estiba.Identity.Users;
using Estiba.Identity.Uses;

namespace Estiba.Identity.Account;

/// <summary>
/// The report of who has which credentials ("Generate credential reports for your AWS account"), as comma-separated
/// values.
/// </summary>
internal sealed class CredentialReport
{
    private const string None = "N/A";
    private const int KeysPerUser = 2;

    private const string Header =
        "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
        + "password_next_rotation,mfa_active,"
        + "access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,"
        + "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
        + "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
        + "cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

    private readonly StringBuilder _text = new(Header);

    /// <summary>Adds a user, or the account's root.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="arn">The user's ARN.</param>
    /// <param name="created">When it was made.</param>
    /// <param name="passwordEnabled">Whether it has a password, as the report says that.</param>
    /// <param name="keys">Its access keys, with their last uses.</param>
    public void Add(
        string name,
        string arn,
        DateTimeOffset created,
        string passwordEnabled,
        IEnumerable<(AccessKeyRecord Key, UseRecord? Use)> keys
    )
    {
        List<string> values = [name, arn, Text(created), passwordEnabled, None, None, None, "false"];
        var known = keys.Take(KeysPerUser).ToList();
        foreach (var (key, use) in known)
        {
            values.AddRange([
                key.Status == StatusType.Active ? "true" : "false",
                Text(key.CreateDate),
                use is null ? None : Text(use.Date),
                use?.Region ?? None,
                use?.Service ?? None,
            ]);
        }

        for (var missing = known.Count; missing < KeysPerUser; missing++)
            values.AddRange(["false", None, None, None, None]);
        values.AddRange(["false", None, "false", None]);
        _text.Append('\n').AppendJoin(',', values);
    }

    /// <summary>The report.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);
}
