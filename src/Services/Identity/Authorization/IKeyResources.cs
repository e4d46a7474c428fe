using Estiba.Contracts;

namespace Estiba.Identity.Authorization;

/// <summary>
/// Says which resources a key that is good for some actions alone (<see cref="CallContext.Actions"/>) is good for.
/// </summary>
public interface IKeyResources
{
    /// <summary>Whether a caller may do with a resource what its key is good for.</summary>
    /// <param name="caller">Who calls, with such a key.</param>
    /// <param name="action">As IAM names it, for example <c>logs:PutLogEvents</c>.</param>
    /// <param name="resource">The ARN; <c>*</c> where the request names none.</param>
    bool Allow(CallContext caller, string action, string resource);
}
