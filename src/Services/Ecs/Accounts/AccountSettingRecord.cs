namespace Estiba.Ecs.Accounts;

/// <summary>A setting that an account or one of its principals has chosen.</summary>
public sealed record AccountSettingRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The principal's ARN; empty for the account's default.</summary>
    public required string PrincipalArn { get; init; }

    /// <summary>The setting's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its value.</summary>
    public required string Value { get; init; }

    /// <summary>Its key in the store.</summary>
    public string Key => KeyOf(Scope, Name, PrincipalArn);

    /// <summary>The key of a setting.</summary>
    public static string KeyOf(Scope scope, string name, string principalArn) => $"{scope.Prefix}{name}/{principalArn}";
}
