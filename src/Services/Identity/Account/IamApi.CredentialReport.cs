using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Account;
using Estiba.Identity.Credentials;
using Estiba.Identity.Users;
using Estiba.Identity.Uses;
using Estiba.State;

namespace Estiba.Identity;

/// <content>The credential report: it is asked for, and is good for four hours.</content>
public sealed partial class IamApi
{
    private static readonly TimeSpan ReportLife = TimeSpan.FromHours(4);

    /// <inheritdoc/>
    public async Task<GenerateCredentialReportResponse> GenerateCredentialReportAsync(
        GenerateCredentialReportRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var now = Now();
        var isThere = await store.CommitAsync(
            transaction =>
            {
                var account = AccountOf(transaction, context);
                if (now - account.ReportGenerated < ReportLife)
                    return true;
                transaction.Put(IdentityTables.Accounts, account with { ReportGenerated = now });
                return false;
            },
            cancellation
        );
        return isThere
            ? new GenerateCredentialReportResponse { State = ReportStateType.Complete }
            : new GenerateCredentialReportResponse
            {
                State = ReportStateType.Started,
                Description = "No report exists. Starting a new report generation task",
            };
    }

    /// <inheritdoc/>
    public Task<GetCredentialReportResponse> GetCredentialReportAsync(
        GetCredentialReportRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = store.Current;
        if (AccountOf(view, context).ReportGenerated is not { } generated)
            throw IamErrors.CredentialReportNotPresentException(
                "There is no credential report. GenerateCredentialReport makes one."
            );
        if (Now() - generated >= ReportLife)
            throw IamErrors.CredentialReportExpiredException(
                "The credential report is too old. GenerateCredentialReport makes another."
            );

        var report = new CredentialReport();
        report.Add(
            "<root_account>",
            RootCredentials.RootArn(context.AccountId),
            root.CreateDate,
            "not_supported",
            KeysOf(view, AccessKeyRecord.OwnerOf(context.AccountId, userName: null))
        );
        foreach (var user in view.Range(IdentityTables.Users, context.AccountId + "/"))
            report.Add(
                user.User.UserName!,
                user.User.Arn!,
                user.User.CreateDate!.Value,
                "false",
                KeysOf(view, user.Key)
            );
        return Task.FromResult(
            new GetCredentialReportResponse
            {
                Content = report.ToBytes(),
                ReportFormat = ReportFormatType.TextCsv,
                GeneratedTime = generated,
            }
        );
    }

    private IEnumerable<(AccessKeyRecord Key, UseRecord? Use)> KeysOf(View view, string owner) =>
        view.Where(IdentityTables.AccessKeys, IdentityTables.KeysByOwner, owner)
            .Select(key => (key, uses.Find(view, key.AccessKeyId)));
}
