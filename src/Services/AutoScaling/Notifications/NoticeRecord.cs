namespace Estiba.AutoScaling.Notifications;

/// <summary>Something that a topic is to be told; gone when it was.</summary>
/// <param name="Scope">The account and region.</param>
/// <param name="Id">What tells it from others.</param>
/// <param name="Topic">The topic, by its ARN.</param>
/// <param name="Subject">The subject.</param>
/// <param name="Message">The message.</param>
internal sealed record NoticeRecord(Scope Scope, string Id, string Topic, string Subject, string Message)
{
    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Id);
}
