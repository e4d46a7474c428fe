using Estiba.Console.Live;
using Estiba.Console.Sessions;

namespace Estiba.Console.Pages.Identity;

/// <summary>The users.</summary>
/// <param name="Users">Each with its keys and policies.</param>
public sealed record UsersView(IReadOnlyList<UserView> Users)
{
    internal static async Task<UsersView> ReadAsync(Iam.IIamApi iam, CancellationToken cancellation)
    {
        var users = await Lists.PagesAsync<Iam.User>(async marker =>
        {
            var page = await iam.ListUsersAsync(new() { Marker = marker }, Session.Context, cancellation);
            return (page.Users, page.Marker);
        });
        var views = new List<UserView>();
        foreach (var user in users.Items)
            views.Add(await UserView.ReadAsync(iam, user, cancellation));
        return new UsersView(views);
    }
}

/// <summary>A user with what belongs to it.</summary>
/// <param name="User">The user.</param>
/// <param name="Keys">Its access keys.</param>
/// <param name="Policies">The names of its policies: those that are attached, and its own.</param>
public sealed record UserView(Iam.User User, IReadOnlyList<Iam.AccessKeyMetadata> Keys, IReadOnlyList<string> Policies)
{
    internal static async Task<UserView> ReadAsync(Iam.IIamApi iam, Iam.User user, CancellationToken cancellation)
    {
        var name = user.UserName;
        var keys = iam.ListAccessKeysAsync(new() { UserName = name }, Session.Context, cancellation);
        var attached = iam.ListAttachedUserPoliciesAsync(new() { UserName = name }, Session.Context, cancellation);
        var own = iam.ListUserPoliciesAsync(new() { UserName = name }, Session.Context, cancellation);
        return new UserView(
            user,
            (await keys).AccessKeyMetadata ?? [],
            [
                .. (await attached).AttachedPolicies?.Select(policy => policy.PolicyName!) ?? [],
                .. (await own).PolicyNames ?? [],
            ]
        );
    }
}
