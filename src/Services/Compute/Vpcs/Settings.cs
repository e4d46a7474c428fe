using Estiba.Contracts;
using Estiba.State;

namespace Estiba.Compute.Vpcs;

/// <summary>The changed attributes of one resource.</summary>
internal sealed class Settings(View view, CallContext context, string resourceId)
{
    public string Text(string name, string byDefault) =>
        view.Find(
            ComputeTables.Settings,
            SettingRecord.Prefix(context.AccountId, context.Region, resourceId) + name
        )?.Value
        ?? byDefault;

    public bool Flag(string name, bool byDefault) => Text(name, byDefault ? "true" : "false") == "true";

    /// <summary>Stores one; null leaves it as it is.</summary>
    public static void Put(Transaction transaction, CallContext context, string resourceId, string name, string? value)
    {
        if (value is not null)
            transaction.Put(
                ComputeTables.Settings,
                new SettingRecord(context.AccountId, context.Region, resourceId, name, value)
            );
    }

    /// <inheritdoc cref="Put(Transaction, CallContext, string, string, string?)"/>
    public static void Put(Transaction transaction, CallContext context, string resourceId, string name, bool? value) =>
        Put(
            transaction,
            context,
            resourceId,
            name,
            value is null ? null
                : value == true ? "true"
                : "false"
        );
}
