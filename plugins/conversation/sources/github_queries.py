"""The questions put to GitHub's GraphQL API (https://docs.github.com/graphql/reference), and nothing else.

In all of them `$after` is the cursor of the page to begin behind, null for the first.
"""

from __future__ import annotations

__all__ = ["ACCOUNT", "COMMENTS", "DISCUSSED", "DISCUSSION", "DISCUSSIONS", "ISSUE", "REPLIES", "REVIEWS"]

_AUTHOR = "author { __typename login url avatarUrl ... on User { name } }"
_SAID = f"id url bodyHTML createdAt lastEditedAt {_AUTHOR}"
_FORWARDS = "pageInfo { hasNextPage endCursor }"
_WHERE = "repository { isPrivate owner { login } }"
_UNDER = f"{{ url title {_AUTHOR} }}"
_REACTIONS = "reactionGroups { content reactors { totalCount } }"

_REPLIES = f"{_FORWARDS} nodes {{ {_SAID} isMinimized deletedAt }}"
_OF_ISSUE = f"{_REACTIONS} comments(first: 100, after: $after) {{ {_FORWARDS} nodes {{ {_SAID} isMinimized }} }}"

#: A discussion by its number, with a page of its comments and the first replies to each.
DISCUSSION = f"""query($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{ thread: discussion(number: $number) {{ {_REACTIONS}
    comments(first: 100, after: $after) {{ {_FORWARDS} nodes {{
      {_SAID} isMinimized deletedAt replies(first: 100) {{ {_REPLIES} }} }} }} }} }} }}"""

#: More replies to a comment in a discussion.
REPLIES = f"""query($id: ID!, $after: String) {{
  node(id: $id) {{ ... on DiscussionComment {{ replies(first: 100, after: $after) {{ {_REPLIES} }} }} }} }}"""

#: An issue or a pull request by its number, with a page of its comments.
ISSUE = f"""query($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{ thread: issueOrPullRequest(number: $number) {{
    ... on Issue {{ {_OF_ISSUE} }} ... on PullRequest {{ {_OF_ISSUE} }} }} }} }}"""

#: The discussions of a repository, the last changed first.
DISCUSSIONS = f"""query($owner: String!, $name: String!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    list: discussions(first: 100, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      {_FORWARDS} nodes {{ url title updatedAt }} }} }} }}"""

#: Who an account is.
ACCOUNT = "query($login: String!) { user(login: $login) { createdAt followers { totalCount } } }"

#: Comments on issues and pull requests by a user, the last changed first.
COMMENTS = f"""query($login: String!, $after: String) {{ user(login: $login) {{
  list: issueComments(first: 100, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
    {_FORWARDS} nodes {{ {_SAID} isMinimized updatedAt {_WHERE} issue {_UNDER} pullRequest {_UNDER} }} }} }} }}"""

#: Comments in discussions by a user; the list cannot be ordered, and begins with the oldest.
DISCUSSED = f"""query($login: String!, $after: String) {{ user(login: $login) {{
  list: repositoryDiscussionComments(last: 100, before: $after) {{ pageInfo {{ hasPreviousPage startCursor }} nodes {{
    {_SAID} isMinimized deletedAt isAnswer replyTo {{ {_AUTHOR} }}
    discussion {{ url title {_AUTHOR} {_WHERE} }} }} }} }} }}"""

#: Reviews of pull requests by a user, the latest first; from and to may be a year apart.
REVIEWS = f"""query($login: String!, $from: DateTime!, $to: DateTime!, $after: String) {{
  user(login: $login) {{ contributionsCollection(from: $from, to: $to) {{
    list: pullRequestReviewContributions(first: 100, after: $after) {{ {_FORWARDS} nodes {{ pullRequestReview {{
      {_SAID} state comments(first: 20) {{ nodes {{ bodyHTML }} }} pullRequest {_UNDER} {_WHERE} }} }} }} }} }} }}"""
