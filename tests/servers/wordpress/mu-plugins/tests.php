<?php // What tests need of a WordPress: no flood limit, no moderation, no mail, no requests; and a REST interface that can be closed.
add_filter('comment_flood_filter', '__return_false', 99);
add_filter('wp_is_comment_flood', '__return_false', 99);
add_filter('duplicate_comment_id', '__return_false', 99);
add_filter('pre_wp_mail', '__return_true');
add_filter('pre_http_request', fn() => new WP_Error('tests', 'The tests\' WordPress asks nobody.'));
add_filter('pre_option_comment_previously_approved', '__return_zero');
add_filter('pre_option_permalink_structure', fn() => '/%postname%/');
add_filter('rest_authentication_errors', function ($error) {
    $closed = is_file(getenv('WORDPRESS_CLOSED')) && !is_user_logged_in();
    return $closed ? new WP_Error('rest_not_logged_in', 'You are not currently logged in.', ['status' => 401]) : $error;
});
